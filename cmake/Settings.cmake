# How every target is compiled: cooper_settings (language, paths, sanitizers, hardening) and cooper_warnings.

option(COOPER_WERROR "Warnings are errors" OFF)
option(COOPER_HARDENING "Hardening flags of a release" OFF)
option(COOPER_FUZZ "Build fuzz targets with libFuzzer (clang)" OFF)
set(COOPER_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(COOPER_CCACHE ccache)
  if(COOPER_CCACHE)
    # Without these it does not keep what was compiled with precompiled headers.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${COOPER_CCACHE})
  endif()
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

add_library(cooper_settings INTERFACE)
target_compile_features(cooper_settings INTERFACE cxx_std_20)
target_include_directories(cooper_settings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(cooper_settings INTERFACE
  _FILE_OFFSET_BITS=64
  COOPER_VERSION="${PROJECT_VERSION}"
  $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# No path of the building machine in the output; also lets ccache serve every build directory.
target_compile_options(cooper_settings INTERFACE
  -pthread
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
  -ffile-prefix-map=${PROJECT_BINARY_DIR}=.)

if(COOPER_HARDENING)
  target_compile_options(cooper_settings INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  target_link_options(cooper_settings INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
endif()

if(COOPER_SANITIZE)
  set(sanitize -fsanitize=${COOPER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(cooper_settings INTERFACE ${sanitize})
  target_link_options(cooper_settings INTERFACE ${sanitize})
endif()

if(COOPER_FUZZ)
  target_compile_options(cooper_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(cooper_warnings INTERFACE)
target_compile_options(cooper_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${COOPER_WERROR}>:-Werror>)
