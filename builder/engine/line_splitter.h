// Cuts the two output streams of a process into lines of at most the limit
// outputLineBytes. For one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"

namespace cooper::engine {

class LineSplitter {
 public:
  using OnLine = std::function<void(int stream, std::string line)>;
  // How much of the end of a line that must be cut belongs to the next piece (a word that is looked
  // for).
  using Unfinished = std::function<std::size_t(std::string_view text)>;
  explicit LineSplitter(OnLine on_line, Unfinished unfinished = {})
      : on_line_(std::move(on_line)), unfinished_(std::move(unfinished)) {}

  void add(int stream, std::string_view bytes);
  // Gives out what is left without a newline.
  void finish();

 private:
  void emit(int stream, std::string& pending);
  void cut(int stream, std::string& pending);

  OnLine on_line_;
  Unfinished unfinished_;
  std::string pending_[2];
  std::size_t most_ = base::limit_of(base::Limit::output_line_bytes);
};

}  // namespace cooper::engine
