# Compiler, flags and packages.
if(NOT (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 19)
   AND NOT NODED_UNTESTED_COMPILER)
  message(FATAL_ERROR
    "noded is built with clang 19 or newer; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}.\n"
    "g++ 12 miscompiles coroutines this project relies on. Use a preset (cmake --preset release), or pass\n"
    "-DCMAKE_CXX_COMPILER=clang++-19, or -DNODED_UNTESTED_COMPILER=ON to try another compiler.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(NODED_SANITIZE "" CACHE STRING "empty, address,undefined or thread")
if(NODED_SANITIZE)
  add_compile_options(-fsanitize=${NODED_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NODED_SANITIZE})
  if(NODED_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

add_library(noded_warnings INTERFACE)
target_compile_options(noded_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Werror)

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers)
find_package(RocksDB REQUIRED CONFIG)
find_package(OpenSSL 3 REQUIRED)
find_package(yaml-cpp REQUIRED CONFIG)
find_package(spdlog REQUIRED CONFIG)
find_package(fmt REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(XCRYPT REQUIRED IMPORTED_TARGET libxcrypt)
# Loaded when it is needed (src/client/curl_library.hpp), so that only its headers are used.
pkg_check_modules(CURL REQUIRED libcurl>=7.85)
add_library(noded_curl_headers INTERFACE)
target_include_directories(noded_curl_headers SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
