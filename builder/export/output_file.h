// The file an export writes: complete or not there at all. "-" is standard output.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/sink.h"

namespace cooper::export_ {

class OutputFile final : public base::Sink {
 public:
  // A regular file is written under another name and renamed by finish(); a device or a FIFO is
  // written as it is. Standard output must not be a terminal. Throws base::Error.
  explicit OutputFile(const std::string& path);
  ~OutputFile() override;

  void write(std::span<const std::byte> bytes) override;
  void finish() override;

 private:
  void open_temporary();

  std::string path_;
  base::Fd directory_;
  base::Fd file_;
  std::string temporary_;  // empty: written in place, or renamed already
  std::string name_;
};

}  // namespace cooper::export_
