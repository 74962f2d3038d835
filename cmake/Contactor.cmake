# How every target of this project is built: one function per kind of target.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

option(CTR_SANITIZE "Address and undefined-behaviour sanitizers" OFF)
option(CTR_FUZZ "The programs of fuzz/ search by themselves; needs clang" OFF)
if(CTR_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
  message(FATAL_ERROR "CTR_FUZZ needs clang: cmake --preset fuzz")
endif()

find_program(CTR_CCACHE ccache)
if(CTR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Clones in different folders share results only when paths are made relative.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CTR_CCACHE})
endif()
find_program(CTR_MOLD mold)
if(CTR_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
find_package(mimalloc REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)

# Warnings are errors in our own code only; Boost comes in as a system include.
# GCC 12 calls the unused alternatives of a std::variant "maybe uninitialized" at -O2, and the copy of a short string
# out of bounds or too long: false alarms, so they are off there.
# Clang blames us for what libstdc++'s own std::stable_sort uses.
add_library(ctr_options INTERFACE)
target_compile_options(ctr_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> -Werror
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-restrict>"
  -fPIE -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -fstack-protector-strong)
target_include_directories(ctr_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(ctr_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  FMT_ENFORCE_COMPILE_STRING=0 SPDLOG_FMT_EXTERNAL _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
if(CTR_SANITIZE)
  target_compile_options(ctr_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(ctr_options INTERFACE -fsanitize=address,undefined)
endif()
if(CTR_FUZZ)
  # Everything reports its coverage; only the fuzzers themselves get libFuzzer's main.
  target_compile_options(ctr_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
# Position-independent throughout, so that one precompiled header serves libraries and programs.
target_link_options(ctr_options INTERFACE -pie -Wl,-z,relro,-z,now)
target_link_libraries(ctr_options INTERFACE fmt::fmt)

function(ctr_pch target kind)
  target_precompile_headers(${target} REUSE_FROM ctr_pch_${kind})
endfunction()

# Two precompiled headers for the whole tree: one for sources, one for tests.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(ctr_pch_src STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(ctr_pch_src PUBLIC ctr_options)
target_precompile_headers(ctr_pch_src PRIVATE
  <algorithm> <array> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <span>
  <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
add_library(ctr_pch_test STATIC ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(ctr_pch_test PUBLIC ctr_options GTest::gtest GTest::gmock)
target_precompile_headers(ctr_pch_test PRIVATE
  <algorithm> <array> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <span>
  <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h> <gtest/gtest.h> <gmock/gmock.h>)

# ctr_library(NAME base SOURCES a.cpp b.cpp DEPS json EXTERNAL OpenSSL::Crypto [NO_PCH])
# One folder, one static target `ctr_<name>`; a public link is the permission to include.
function(ctr_library)
  cmake_parse_arguments(arg "NO_PCH" "NAME" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  add_library(ctr_${arg_NAME} STATIC ${arg_SOURCES})
  list(TRANSFORM arg_DEPS PREPEND ctr_)
  target_link_libraries(ctr_${arg_NAME} PUBLIC ctr_options ${arg_DEPS} ${arg_EXTERNAL})
  if(NOT arg_NO_PCH)
    ctr_pch(ctr_${arg_NAME} src)
  endif()
endfunction()

# Tests find the server that tests/postgres_server.py starts for the whole run by this file.
set(CTR_POSTGRES_FILE ${CMAKE_BINARY_DIR}/postgres.url)

# Programs, as opposed to tests, allocate through mimalloc: a tenth less CPU per activation and a seventh less memory than
# with glibc's allocator (docs/figures.md). Sanitizers bring their own.
function(ctr_program target)
  if(NOT CTR_SANITIZE AND NOT CTR_FUZZ)
    target_link_libraries(${target} PRIVATE mimalloc)
  endif()
endfunction()

# ctr_test(NAME base SOURCES result_test.cpp DEPS base [NO_PCH] [POSTGRES] [LABELS slow])
# One test program per folder, `<name>_test`; ctest sees every TEST in it. POSTGRES: a server runs meanwhile.
function(ctr_test)
  cmake_parse_arguments(arg "NO_PCH;POSTGRES" "NAME;TIMEOUT" "SOURCES;DEPS;EXTERNAL;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${arg_NAME}_test ${arg_SOURCES})
  list(TRANSFORM arg_DEPS PREPEND ctr_)
  target_link_libraries(${arg_NAME}_test PRIVATE ctr_options ${arg_DEPS} ${arg_EXTERNAL} GTest::gmock GTest::gtest_main)
  if(NOT arg_NO_PCH)
    ctr_pch(${arg_NAME}_test test)
  endif()
  set(server "")
  if(arg_POSTGRES)
    set(server FIXTURES_REQUIRED postgres ENVIRONMENT CONTACTOR_TEST_POSTGRES=${CTR_POSTGRES_FILE})
  endif()
  include(GoogleTest)
  gtest_discover_tests(${arg_NAME}_test DISCOVERY_MODE PRE_TEST
    TEST_PREFIX "${arg_NAME}/" PROPERTIES ${server} TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()

# ctr_fuzz(NAME order DEPS api store)
# The target of `fuzz/<name>_fuzz.cpp`. With CTR_FUZZ it searches; otherwise ctest shows it what `fuzz/corpus/<name>` holds.
function(ctr_fuzz)
  cmake_parse_arguments(arg "NO_PCH" "NAME" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  set(target ${arg_NAME}_fuzz)
  add_executable(${target} ${target}.cpp ${arg_SOURCES})
  list(TRANSFORM arg_DEPS PREPEND ctr_)
  target_link_libraries(${target} PRIVATE ctr_options ${arg_DEPS} ${arg_EXTERNAL})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
  if(NOT arg_NO_PCH)
    ctr_pch(${target} src)
  endif()
  if(CTR_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_dependencies(contactor_fuzz ${target})
  else()
    target_sources(${target} PRIVATE replay.cpp)
    add_test(NAME fuzz/${arg_NAME} COMMAND ${target} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${arg_NAME})
    set_tests_properties(fuzz/${arg_NAME} PROPERTIES TIMEOUT 60)
  endif()
endfunction()
