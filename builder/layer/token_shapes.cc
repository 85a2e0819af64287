#include "builder/layer/token_shapes.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace cooper::layer {
namespace {

using Class = bool (*)(char);

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return is_alnum(c) || c == '_'; }
bool is_dashed(char c) { return is_word(c) || c == '-'; }
bool is_base32(char c) { return is_upper(c) || (c >= '2' && c <= '7'); }
bool is_base64(char c) { return is_alnum(c) || c == '+' || c == '/'; }

bool starts_word(std::string_view text, std::size_t at) {
  return at == 0 || !is_word(text[at - 1]);
}

// How many characters of a class there are, up to `most`.
std::size_t run(std::string_view text, std::size_t at, Class belongs, std::size_t most) {
  std::size_t count = 0;
  while (at + count < text.size() && count < most && belongs(text[at + count])) ++count;
  return count;
}

bool exactly(std::string_view text, std::size_t at, Class belongs, std::size_t count) {
  return run(text, at, belongs, count + 1) == count;
}

template <std::size_t kBegin, std::size_t kCount, Class kBelongs>
bool word_of(std::string_view text, std::size_t at) {
  return starts_word(text, at) && exactly(text, at + kBegin, kBelongs, kCount);
}

bool is_github_pat(std::string_view text, std::size_t at) {
  constexpr std::size_t kBegin = 11, kFirst = 22;
  return starts_word(text, at) && run(text, at + kBegin, is_word, 80) == 80 &&
         is_alnum(text[at + kBegin]) && text[at + kBegin + kFirst] == '_';
}

bool is_gitlab(std::string_view text, std::size_t at) {
  return starts_word(text, at) && run(text, at + 6, is_dashed, 20) == 20;
}

// Manuals write AKIAIOSFODNN7EXAMPLE.
bool is_aws_id(std::string_view text, std::size_t at) {
  return starts_word(text, at) && exactly(text, at + 4, is_alnum, 16) &&
         run(text, at + 4, is_base32, 16) == 16 && !text.substr(at, 20).ends_with("EXAMPLE");
}

// The header alone is in every program that reads keys: 40 characters of base64 must follow.
bool is_private_key(std::string_view text, std::size_t at) {
  constexpr std::size_t kBegin = 11, kBody = 40;
  const std::string_view rest = text.substr(at, kTokenReach);
  const std::size_t end = rest.find("-----", kBegin);
  if (end == std::string_view::npos || end > 48) return false;
  const std::string_view name = rest.substr(kBegin, end - kBegin);
  if (!name.ends_with("PRIVATE KEY") && name != "PGP PRIVATE KEY BLOCK") return false;
  for (std::size_t i = end + 5; i < rest.size(); ++i) {
    const std::size_t count = run(rest, i, is_base64, kBody);
    if (count == kBody) return true;
    i += count;
    if (rest.substr(i).starts_with("-----")) return false;
  }
  return false;
}

// base64:<32 bytes>, as Laravel writes its keys; not 'base64:AAAA...' of an example.
bool is_laravel_key(std::string_view text, std::size_t at) {
  constexpr std::size_t kBegin = 7, kCount = 43, kDistinct = 14;
  if (!exactly(text, at + kBegin, is_base64, kCount)) return false;
  const std::size_t end = at + kBegin + kCount;
  if (end >= text.size() || text[end] != '=') return false;
  if (end + 1 < text.size() && (is_base64(text[end + 1]) || text[end + 1] == '=')) return false;
  std::bitset<256> seen;
  for (const char c : text.substr(at + kBegin, kCount)) seen.set(static_cast<unsigned char>(c));
  return seen.count() >= kDistinct;
}

bool is_npm_line(std::string_view text, std::size_t at) {
  constexpr std::size_t kBegin = 11;
  return run(text, at + kBegin, is_dashed, 16) == 16;
}

// "github-oauth": {"github.com": "TOKEN"}: a quoted word of 20 characters follows.
bool is_composer_token(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, 200);
  for (std::size_t quote = rest.find('"', 14); quote != std::string_view::npos;
       quote = rest.find('"', quote + 1)) {
    const std::size_t count = run(rest, quote + 1, is_dashed, 100);
    if (count >= 20 && quote + 1 + count < rest.size() && rest[quote + 1 + count] == '"')
      return true;
  }
  return false;
}

// "http-basic": {"host": {"username": "..", "password": ".."}}
bool is_composer_password(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at, 300);
  const std::size_t key = rest.find("\"password\"");
  if (key == std::string_view::npos) return false;
  rest.remove_prefix(key + 10);
  const std::size_t begin = rest.find_first_not_of(": \t\r\n");
  if (begin == std::string_view::npos || rest[begin] != '"') return false;
  const std::size_t end = rest.find('"', begin + 1);
  return end != std::string_view::npos && end - begin - 1 >= 6;
}

constexpr std::string_view kGitHub = "a GitHub token";
constexpr std::string_view kComposer = "a token of Composer";

constexpr std::array kShapes{
    TokenShape{"-----BEGIN ", 5, 0, "a private key", is_private_key},
    TokenShape{"AKIA", 0, 1, "an AWS access key id", is_aws_id},
    TokenShape{"ASIA", 0, 1, "an AWS access key id", is_aws_id},
    TokenShape{"ghp_", 1, 2, kGitHub, word_of<4, 36, is_alnum>},
    TokenShape{"gho_", 1, 2, kGitHub, word_of<4, 36, is_alnum>},
    TokenShape{"ghu_", 1, 2, kGitHub, word_of<4, 36, is_alnum>},
    TokenShape{"ghs_", 1, 2, kGitHub, word_of<4, 36, is_alnum>},
    TokenShape{"ghr_", 1, 2, kGitHub, word_of<4, 36, is_alnum>},
    TokenShape{"github_pat_", 5, 3, kGitHub, is_github_pat},
    TokenShape{"glpat-", 1, 3, "a GitLab token", is_gitlab},
    TokenShape{"npm_", 1, 4, "an npm token", word_of<4, 36, is_alnum>},
    TokenShape{"base64:", 4, 5, "a key of Laravel (APP_KEY)", is_laravel_key},
    TokenShape{"_authToken=", 4, 1, "an npm token", is_npm_line},
    TokenShape{"\"github-oauth\"", 7, 6, kComposer, is_composer_token},
    TokenShape{"\"gitlab-oauth\"", 7, 6, kComposer, is_composer_token},
    TokenShape{"\"gitlab-token\"", 7, 6, kComposer, is_composer_token},
    TokenShape{"\"http-basic\"", 5, 6, "a password of Composer", is_composer_password},
};

}  // namespace

std::span<const TokenShape> token_shapes() { return kShapes; }

}  // namespace cooper::layer
