#include "cli/listing_output.h"

#include <iostream>

#include "cli/row_format.h"

namespace cooper::cli {

void add_output_options(CLI::App& command, ListingOutput& output) {
  CLI::Option* json = command.add_flag("--json", output.json, "print a JSON object");
  command.add_option("--format", output.format, "'{{.Name}} ...', 'table {{.Name}} ...' or json")
      ->excludes(json);
}

void print(const Table& table, const ListingOutput& output) {
  if (!output.format.empty()) {
    std::cout << formatted(table, output.format) << std::flush;
  } else {
    std::cout << (output.json ? table_json(table) : table_text(table)) << std::flush;
  }
}

}  // namespace cooper::cli
