# SPDX-License-Identifier: GPL-3.0-or-later
# Cross-builds for a Raspberry Pi by clang with the headers and libraries of a Debian that is unpacked in SGN_SYSROOT. clang,
# because one package of it builds for every architecture, with the C++ library of that Debian and not of this machine.
#
# SGN_TRIPLET   Debian's name of the architecture in paths, such as arm-linux-gnueabi
# SGN_SYSROOT   the unpacked Debian
# SGN_PREFIX    what we have cross-built ourselves (Qt, QXmpp, libcurl, libarchive)
# SGN_FLAGS     more for the compiler
# SGN_HOST      a Debian of the same release whose Qt tools (moc) run here; / where this machine's is of that release
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR "${SGN_TRIPLET}")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SGN_TRIPLET SGN_SYSROOT SGN_PREFIX SGN_HOST SGN_FLAGS)

# The one version that Debian 12 and 13 both have, so that both make the same bundle.
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET "${SGN_TRIPLET}")
set(CMAKE_CXX_COMPILER_TARGET "${SGN_TRIPLET}")
set(CMAKE_SYSROOT "${SGN_SYSROOT}")
# As Debian's armel: what is compiled here and what comes from there pass values in the same registers.
if(SGN_TRIPLET STREQUAL "arm-linux-gnueabi")
    set(arch_flags "-march=armv5te -mfloat-abi=soft")
endif()
# Sections for --gc-sections. The rest is what Debian's own packages are hardened with: much of this reads what strangers send.
set(flags "${arch_flags} -ffunction-sections -fdata-sections -fstack-protector-strong ${SGN_FLAGS}")
set(CMAKE_C_FLAGS_INIT "${flags}")
# libstdc++ 12 itself uses what it calls deprecated.
set(CMAKE_CXX_FLAGS_INIT "${flags} -Wno-deprecated-declarations")
foreach(language C CXX)
    # As cache entries, because CMake would append its own -Os to an _INIT. Qt brings its -Oz along.
    set(CMAKE_${language}_FLAGS_MINSIZEREL "-Oz -DNDEBUG -D_FORTIFY_SOURCE=2" CACHE STRING "")
endforeach()
# Functions with the same instructions are one, unless their addresses are taken: templates make many.
set(linker_flags "--ld-path=/usr/bin/ld.lld-19 -Wl,--build-id=sha1 -Wl,--as-needed -Wl,-O2 -Wl,--gc-sections -Wl,--icf=safe")
set(linker_flags "${linker_flags} -Wl,-z,relro -Wl,-z,now")
set(CMAKE_EXE_LINKER_FLAGS_INIT "${linker_flags}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "${linker_flags}")

set(CMAKE_LIBRARY_ARCHITECTURE "${SGN_TRIPLET}")
set(CMAKE_FIND_ROOT_PATH "${SGN_PREFIX}" "${SGN_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${SGN_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${SGN_SYSROOT}/usr/lib/${SGN_TRIPLET}/pkgconfig:${SGN_SYSROOT}/usr/share/pkgconfig")
set(QT_HOST_PATH "${SGN_HOST}/usr")
file(GLOB QT_HOST_PATH_CMAKE_DIR "${SGN_HOST}/usr/lib/*-linux-gnu/cmake")
# The compiler's name would contain the release of Debian that its package is of.
add_compile_options(-fno-ident)
