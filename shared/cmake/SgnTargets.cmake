# SPDX-License-Identifier: GPL-3.0-or-later
# One function per kind of target, so that a folder's CMakeLists.txt names only what it is and what it may use.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_AUTOMOC ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# What users get, without the tests.
add_custom_target(programs)
if(SGN_BUNDLE)
    add_custom_target(bundled)
endif()

add_library(sgn_options INTERFACE)
target_compile_options(sgn_options INTERFACE -Wall -Wextra $<$<NOT:$<BOOL:$<TARGET_PROPERTY:SGN_NO_WCONVERSION>>>:-Wconversion> $<$<BOOL:${SGN_WERROR}>:-Werror>
                                             -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # By GCC's own manual it is often wrong when optimising; GCC 12 takes any variant on one branch of ?: for uninitialized.
    # clang's -Wuninitialized in clang-tidy and the sanitizers find the real ones.
    target_compile_options(sgn_options INTERFACE -Wno-maybe-uninitialized)
endif()
target_link_options(sgn_options INTERFACE -Wl,--gc-sections)
target_compile_definitions(
    sgn_options
    INTERFACE QT_NO_CAST_FROM_ASCII
              QT_NO_CAST_TO_ASCII
              QT_NO_URL_CAST_FROM_STRING
              QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
              QT_NO_KEYWORDS
              QT_DISABLE_DEPRECATED_UP_TO=0x060400
              SGN_VERSION_STRING="${PROJECT_VERSION}")
if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    target_compile_definitions(sgn_options INTERFACE _FILE_OFFSET_BITS=64) # files over 2 GiB
endif()
if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5)
    # What the oldest Qt that we build with has no replacement for may be deprecated in a newer one.
    target_compile_definitions(sgn_options INTERFACE QT_WARN_DEPRECATED_UP_TO=0x060400)
endif()
if(SGN_SANITIZE)
    target_compile_options(sgn_options INTERFACE -fsanitize=${SGN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(sgn_options INTERFACE -fsanitize=${SGN_SANITIZE})
endif()

# sgn_library(NAME SOURCES... LINKS... [PRIVATE_LINKS...]): a static library `sgn_NAME`, alias `Sgn::NAME`. The include root is the folder above it,
# so that every include names its library: #include "base/Result.h".
function(sgn_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
    add_library(sgn_${name} STATIC ${arg_SOURCES})
    add_library(Sgn::${name} ALIAS sgn_${name})
    target_include_directories(sgn_${name} PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/..")
    target_link_libraries(sgn_${name} PUBLIC ${arg_LINKS} PRIVATE sgn_options ${arg_PRIVATE_LINKS})
endfunction()

# sgn_program(NAME [RELEASE FOLDER] SOURCES... LINKS...): an executable in bin/. RELEASE: the folder it runs from on a device, which only matters
# with SGN_BUNDLE: such a program takes its libraries from lib/ beside it, and is started by the loader in there. As RPATH, which libraries' own
# dependencies are found by as well; the meter's scripts inherit nothing of it, as they would of LD_LIBRARY_PATH.
# Its .map lists what was linked into it.
function(sgn_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "RELEASE" "SOURCES;LINKS")
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/..")
    target_link_libraries(${name} PRIVATE sgn_options ${arg_LINKS})
    add_dependencies(programs ${name})
    if(SGN_BUNDLE AND arg_RELEASE)
        target_link_options(${name} PRIVATE -Wl,--dynamic-linker=${arg_RELEASE}/lib/ld.so -Wl,--disable-new-dtags -Wl,--strip-all
                            -Wl,-Map=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${name}.map)
        set_target_properties(${name} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN/lib")
        add_dependencies(bundled ${name})
    endif()
endfunction()

# sgn_test(NAME LABEL unit|integration|qml|system SOURCES... LINKS... [DEPENDS programs] [ENVIRONMENT NAME=VALUE...]
# [TIMEOUT s]): one QtTest program, one ctest entry, killed after TIMEOUT (default: 120 s). DEPENDS is built before it.
function(sgn_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINKS;ENVIRONMENT;DEPENDS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${name} PRIVATE sgn_options Qt6::Test ${arg_LINKS})
    # The code under test is optimised; of a test's own code that would only cost time to build.
    target_compile_options(${name} PRIVATE -O0)
    target_compile_definitions(${name} PRIVATE SGN_BIN_DIR="${CMAKE_BINARY_DIR}/bin" SGN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5)
        # Its QTRY macros narrow, in the code that uses them.
        set_target_properties(${name} PROPERTIES SGN_NO_WCONVERSION ON)
    endif()
    if(arg_DEPENDS)
        add_dependencies(${name} ${arg_DEPENDS})
    endif()
    if(SGN_SANITIZE)
        # Several times slower; Qt's own limit is 5 min for a function with all its rows.
        math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 5")
        list(APPEND arg_ENVIRONMENT QTEST_FUNCTION_TIMEOUT=1800000)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    # Those that may last long begin first, so that none of them is left over at the end.
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT}
                         ENVIRONMENT "QT_QPA_PLATFORM=offscreen;${arg_ENVIRONMENT}")
endfunction()
