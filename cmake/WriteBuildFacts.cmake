# cmake -DROOT=<source directory> -DOUT=build_facts.cc -DOPTIONS=<text> [-DCOMMIT=<given>] -P WriteBuildFacts.cmake
#
# Writes the source of cli/build_facts.h, and touches it only when something changed. COMMIT is for sources without their
# git history.
cmake_minimum_required(VERSION 3.25)

if(NOT COMMIT)
  execute_process(COMMAND git -C ${ROOT} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(COMMIT "unknown")
  else()
    execute_process(COMMAND git -C ${ROOT} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
    if(changed)
      string(APPEND COMMIT "+changes")
    endif()
  endif()
endif()

file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
#include "cli/build_facts.h"

namespace cooper::cli {

std::string_view build_commit() { return "@COMMIT@"; }
std::string_view build_options() { return "@OPTIONS@"; }

}  // namespace cooper::cli
]])
