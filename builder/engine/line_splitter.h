// Cuts the two output streams of a process into lines of at most 64 KiB. For one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace cooper::engine {

class LineSplitter {
 public:
  using OnLine = std::function<void(int stream, std::string line)>;
  explicit LineSplitter(OnLine on_line) : on_line_(std::move(on_line)) {}

  void add(int stream, std::string_view bytes);
  // Gives out what is left without a newline.
  void finish();

 private:
  void emit(int stream, std::string& pending);

  OnLine on_line_;
  std::string pending_[2];
};

}  // namespace cooper::engine
