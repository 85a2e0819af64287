// What the cache commands print for programs, and how ages are written for people.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "builder/cache/build_record.h"
#include "builder/cache/step_logs.h"
#include "builder/change_forecast.h"

namespace cooper::cli {

// Indented JSON, with a newline at the end.
[[nodiscard]] std::string build_json(const cache::BuildRecord& build,
                                     const std::vector<std::size_t>& steps);
[[nodiscard]] std::string forecast_json(const cache::BuildRecord& build, const std::string& path,
                                        const Forecast& forecast);

// One object on one line.
[[nodiscard]] std::string log_line_json(const std::string& build, std::size_t step,
                                        const std::string& label, const cache::LogLine& line);

// "12s", "5m", "3h", "9d".
[[nodiscard]] std::string age_text(std::int64_t then, std::int64_t now);

}  // namespace cooper::cli
