// How a listing is printed: as columns, as JSON, or by a format.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/table.h"

namespace cooper::cli {

struct ListingOutput {
  bool json = false;
  std::string format;
};
void add_output_options(CLI::App& command, ListingOutput& output);
// On standard output. Throws base::Error(usage) for a wrong format.
void print(const Table& table, const ListingOutput& output);

}  // namespace cooper::cli
