# SPDX-License-Identifier: GPL-3.0-or-later
"""The options and commands of `server` that it has for every service."""

import argparse
import pathlib

from certificate_commands import Certificates


def add_common(parser):
    parser.add_argument("--root", type=pathlib.Path, metavar="FOLDER", default=argparse.SUPPRESS,
                        help="set up this folder instead of the machine: a trial that needs no rights")
    parser.add_argument("--dry-run", action="store_true", default=argparse.SUPPRESS, help="only name what would change")


class Command(argparse.ArgumentParser):
    """One command, which takes the options that all have in common as well."""

    def __init__(self, **more):
        super().__init__(**more)
        add_common(self)


def add_certificate(command):
    command.add_argument("--certificate", metavar="PEM", help="the server's, with its chain if it has one")
    command.add_argument("--key", metavar="PEM", help="of that certificate, unless it came of a --request")
    command.add_argument("--request", metavar="FILE", help="write a request for a certificate, whose key stays here")


def add_certificates(commands):
    renew = commands.add_parser("renew", help="exchange the certificate if it is due, or for a given one")
    renew.add_argument("--now", action="store_true", help="also if it isn't due")
    renew.add_argument("--next", action="store_true", help="from the authority that `server rotate` made")
    add_certificate(renew)
    renew.set_defaults(of=Certificates, run=Certificates.renew)
    rotate = commands.add_parser("rotate", help="exchange the authority: begin, or finish")
    rotate.add_argument("--ca-file", metavar="PEM", help="the new authority, if it is elsewhere")
    rotate.add_argument("--finish", action="store_true", help="the new authority alone is trusted from now on")
    rotate.set_defaults(of=Certificates, run=Certificates.rotate)
    authority = commands.add_parser("authority", help="make an authority on another machine than the server")
    authority.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    authority.add_argument("--name", default="SGN fleet", help="what it is called in certificates")
    authority.set_defaults(of=Certificates, run=Certificates.authority)
    sign = commands.add_parser("sign", help="sign a server's request there")
    sign.add_argument("request", type=pathlib.Path, metavar="REQUEST")
    sign.add_argument("--authority", type=pathlib.Path, required=True, metavar="FOLDER")
    sign.add_argument("--out", type=pathlib.Path, required=True, metavar="FILE")
    sign.set_defaults(of=Certificates, run=Certificates.sign)
