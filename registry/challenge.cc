#include "registry/challenge.h"

#include <algorithm>

namespace cooper::registry {
namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(characters)));
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }
  std::string quoted() {
    std::string out;
    while (!rest_.empty() && !take('"')) {
      if (take('\\') && rest_.empty()) break;
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    return out;
  }
  // Something unreadable: on to the next comma.
  void recover() { rest_.remove_prefix(std::min(rest_.size(), rest_.find(','))); }

 private:
  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view field) {
  constexpr std::string_view kBlank = " \t";
  std::vector<Challenge> out;
  Reader reader(field);
  for (reader.skip(" \t,"); !reader.done(); reader.skip(" \t,")) {
    const std::string_view word = reader.token();
    if (word.empty()) {
      reader.recover();
      continue;
    }
    reader.skip(kBlank);
    if (!reader.take('=')) {
      out.push_back({lower(word), {}});
      continue;
    }
    reader.skip(kBlank);
    std::string value = reader.take('"') ? reader.quoted() : std::string(reader.token());
    if (!out.empty()) out.back().params.emplace(lower(word), std::move(value));
  }
  return out;
}

std::vector<Challenge> challenges_of(const http::Headers& headers) {
  std::vector<Challenge> out;
  for (const std::string& field : headers.find_all("WWW-Authenticate")) {
    for (Challenge& challenge : parse_challenges(field)) out.push_back(std::move(challenge));
  }
  return out;
}

const Challenge* find_challenge(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found =
      std::find_if(challenges.begin(), challenges.end(),
                   [&](const Challenge& challenge) { return challenge.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

}  // namespace cooper::registry
