// The flags of one instruction (row P15): checked against what the instruction knows.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/dockerfile/statement.h"

namespace cooper::dockerfile {

enum class FlagKind { text, list, boolean };

struct FlagSpec {
  std::string_view name;
  FlagKind kind = FlagKind::text;
};

class Flags {
 public:
  // Throws base::Error(usage) at the flag: unknown (with the nearest known one), given twice,
  // without its value.
  Flags(const Statement& statement, std::initializer_list<FlagSpec> known);

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  // The flags as written, "--name=value", for positions; empty if not given.
  [[nodiscard]] std::vector<Word> words(std::string_view name) const;

 private:
  struct Given {
    std::vector<std::string> values;
    std::vector<Word> words;
  };
  void read(const Statement& statement, const FlagSpec& spec, const Word& flag,
            std::optional<std::string> value);

  std::map<std::string, Given, std::less<>> given_;
};

}  // namespace cooper::dockerfile
