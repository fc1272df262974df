# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a server is ready for clients."""

import socket
import ssl

READY = b"<mechanism>SCRAM-SHA-256<"


def exchange(address, port, name, first_words, expected, certificate):
    """Whether the port shows this very certificate (DER) and then replies with `expected`."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, port), timeout=5) as plain, \
            trust.wrap_socket(plain, server_hostname=name) as encrypted:
        if encrypted.getpeercert(binary_form=True) != certificate:
            return False
        encrypted.sendall(first_words)
        answer = b""
        while expected not in answer:
            more = encrypted.recv(4096)
            if not more:
                return False
            answer += more
    return True


def answers(host, port, files_host, files_port, certificate, address="127.0.0.1", ready=READY):
    """Ready is when both ports, XMPP by direct TLS and files, show the server's own certificate (a PEM text): no other
    server can have it. Whether a client may accept it is another matter, which the server's owner may want to see."""
    own = ssl.PEM_cert_to_DER_cert(certificate[:certificate.index("-----END CERTIFICATE-----") + 25].lstrip())
    hello = (f"<stream:stream to='{host}' version='1.0' xmlns='jabber:client' "
             "xmlns:stream='http://etherx.jabber.org/streams'>").encode()
    request = f"HEAD / HTTP/1.0\r\nHost: {files_host}\r\n\r\n".encode()
    try:
        return exchange(address, port, host, hello, ready, own) and \
            exchange(address, files_port, files_host, request, b"HTTP/1", own)
    except OSError:
        return False
