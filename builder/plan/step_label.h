// What people see of a step: "[app 3/7] COPY . /app". Texts are as written in the Dockerfile, so
// that no value of a variable shows up in a RUN's label.
#pragma once

#include <string>

#include "builder/dockerfile/instruction.h"

namespace cooper::plan {

class StepLabel {
 public:
  // `stage` may be empty; `total` counts the steps of the stage as they are labelled.
  StepLabel(std::string stage, std::size_t total) : stage_(std::move(stage)), total_(total) {}
  [[nodiscard]] std::string next(const std::string& text, bool triggered);

 private:
  std::string stage_;
  std::size_t total_;
  std::size_t index_ = 0;
};

// "RUN make" of an instruction: keyword in upper case, a here-document shown by its first line.
[[nodiscard]] std::string instruction_text(const dockerfile::Instruction& instruction);

// True for RUN, COPY, ADD and WORKDIR.
[[nodiscard]] bool makes_step(const dockerfile::Instruction& instruction);

}  // namespace cooper::plan
