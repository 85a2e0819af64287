// COPY --chmod: octal up to 07777 or symbolic (u=rwX,go=rX), evaluated per entry (row C12). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cooper::engine {

class ModeChange {
 public:
  // Throws base::Error(usage) naming the part that is wrong.
  [[nodiscard]] static ModeChange parse(std::string_view text);
  [[nodiscard]] std::uint32_t apply(std::uint32_t mode, bool directory) const;
  // Of a directory made on the way: without set-id and sticky bits; a symbolic change leaves it as
  // it is made.
  [[nodiscard]] std::uint32_t apply_to_new(std::uint32_t mode) const;

 private:
  struct Clause {
    std::uint32_t who = 0;    // mask of 0700, 0070, 0007
    char operation = '=';     // + - =
    std::string permissions;  // of rwxXstugo
  };
  [[nodiscard]] static Clause parse_clause(std::string_view& rest, std::string_view whole);
  [[nodiscard]] static std::uint32_t bits(const Clause& clause, std::uint32_t mode,
                                          std::uint32_t original, bool directory);
  [[nodiscard]] static std::uint32_t cleared(const Clause& clause);

  std::variant<std::uint32_t, std::vector<Clause>> change_;
};

}  // namespace cooper::engine
