# Headers that most files include, parsed once: cooper_precompiled(TARGET) after the target's libraries are named.
# It is for speed alone. Each file still includes what it uses: clang reads all of them without
# (tests/lint/clang_check.py). GCC takes a precompiled header only for the options it was made with, hence one
# for modules and one for tests.

set(COOPER_COMMON_HEADERS
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <span> <stop_token>
  <string> <string_view> <thread> <utility> <vector>)

file(WRITE ${PROJECT_BINARY_DIR}/precompiled/module.cc "")
add_library(cooper_precompiled_module STATIC ${PROJECT_BINARY_DIR}/precompiled/module.cc)
target_link_libraries(cooper_precompiled_module PRIVATE cooper_settings cooper_warnings cooper::threads)
target_precompile_headers(cooper_precompiled_module PRIVATE ${COOPER_COMMON_HEADERS})

if(BUILD_TESTING)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled/test.cc "")
  add_executable(cooper_precompiled_test ${PROJECT_BINARY_DIR}/precompiled/test.cc)
  target_link_libraries(cooper_precompiled_test PRIVATE
    cooper_doctest_main cooper_settings cooper_warnings cooper::doctest)
  target_precompile_headers(cooper_precompiled_test PRIVATE ${COOPER_COMMON_HEADERS} <doctest/doctest.h>)
endif()

function(cooper_precompiled target)
  get_target_property(kind ${target} TYPE)
  if(kind STREQUAL "EXECUTABLE")
    target_precompile_headers(${target} REUSE_FROM cooper_precompiled_test)
  else()
    target_precompile_headers(${target} REUSE_FROM cooper_precompiled_module)
  endif()
endfunction()
