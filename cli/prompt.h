// Questions to the person at the terminal.
#pragma once

#include <stop_token>
#include <string>

namespace cooper::cli {

enum class Echo { on, off };

// Asks on /dev/tty and reads one line. Throws base::Error: usage when there is no terminal,
// cancelled on `stop`. The terminal is left as it was found.
[[nodiscard]] std::string ask(const std::string& question, Echo echo, const std::stop_token& stop);

}  // namespace cooper::cli
