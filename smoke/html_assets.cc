#include "smoke/html_assets.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/error.h"

namespace cooper::smoke {
namespace {

constexpr std::string_view kBlank = " \t\r\n\f";

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return result;
}

std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> kKnown[] = {
      {"&amp;", '&'},  {"&#38;", '&'}, {"&quot;", '"'}, {"&#039;", '\''},
      {"&#39;", '\''}, {"&lt;", '<'},  {"&gt;", '>'}};
  std::string result;
  while (!text.empty()) {
    const auto* found =
        std::ranges::find_if(kKnown, [&](const auto& one) { return text.starts_with(one.first); });
    const bool known = found != std::end(kKnown);
    result += known ? found->second : text.front();
    text.remove_prefix(known ? found->first.size() : 1);
  }
  return result;
}

struct Tag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;

  [[nodiscard]] std::string attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
      if (key == wanted) return value;
    }
    return {};
  }
};

// Walks over the tags of a text; what is no tag is skipped.
class Tags {
 public:
  explicit Tags(std::string_view html) : rest_(html) {}

  std::optional<Tag> next() {
    for (;;) {
      const std::size_t open = rest_.find('<');
      if (open == std::string_view::npos) return std::nullopt;
      rest_.remove_prefix(open + 1);
      if (rest_.starts_with("!--")) {
        skip_past("-->");
      } else if (!rest_.empty() && std::isalpha(static_cast<unsigned char>(rest_.front())) != 0) {
        Tag tag{lower(take_until(" \t\r\n\f/>")), {}};
        read_attributes(tag);
        if (tag.name == "script" || tag.name == "style") skip_to("</" + tag.name);
        return tag;
      }
    }
  }

 private:
  void skip_past(std::string_view end) {
    const std::size_t found = rest_.find(end);
    rest_.remove_prefix(found == std::string_view::npos ? rest_.size() : found + end.size());
  }
  // The text of a script is no markup.
  void skip_to(const std::string& end) {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    };
    const auto* found = std::search(rest_.begin(), rest_.end(), end.begin(), end.end(), same);
    rest_.remove_prefix(static_cast<std::size_t>(found - rest_.begin()));
  }
  std::string_view take_until(std::string_view ends) {
    const std::size_t size = std::min(rest_.find_first_of(ends), rest_.size());
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
  }

  std::string value() {
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) {
      return without_entities(take_until(" \t\r\n\f>"));
    }
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string text = without_entities(take_until(std::string_view(&quote, 1)));
    if (!rest_.empty()) rest_.remove_prefix(1);
    return text;
  }

  void read_attributes(Tag& tag) {
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n\f/"), rest_.size()));
      if (rest_.empty()) return;
      if (rest_.front() == '>') {
        rest_.remove_prefix(1);
        return;
      }
      const std::string_view first = rest_.substr(0, 1);  // an attribute may begin with '='
      rest_.remove_prefix(1);
      std::string name = lower(first) + lower(take_until(" \t\r\n\f/>="));
      skip_blanks();
      std::string text;
      if (rest_.starts_with('=')) {
        rest_.remove_prefix(1);
        skip_blanks();
        text = value();
      }
      tag.attributes.emplace_back(std::move(name), std::move(text));
    }
  }

  std::string_view rest_;
};

bool has_word(const std::string& list, std::initializer_list<std::string_view> words) {
  std::string_view rest = list;
  while (!rest.empty()) {
    const std::size_t size = std::min(rest.find_first_of(kBlank), rest.size());
    if (std::ranges::find(words, rest.substr(0, size)) != words.end()) return true;
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return false;
}

struct Wanted {
  std::string address;
  bool is_code = false;
};

// Without the fragment, and from the root of the host if it is a plain relative path.
std::string address_on(const http::Url& page, const std::string& written) {
  const std::string address = written.substr(0, written.find('#'));
  const bool relative = address.find(':') == std::string::npos && !address.starts_with("/") &&
                        !address.starts_with("?");
  return relative ? page.path.substr(0, page.path.rfind('/') + 1) + address : address;
}

std::optional<Wanted> wanted(const Tag& tag) {
  Wanted result;
  if (tag.name == "script" || tag.name == "img") {
    result = {tag.attribute("src"), tag.name == "script"};
  } else if (tag.name == "link") {
    const std::string rel = lower(tag.attribute("rel"));
    if (!has_word(rel, {"stylesheet", "icon", "preload", "modulepreload", "manifest"}))
      return std::nullopt;
    result = {tag.attribute("href"), has_word(rel, {"stylesheet", "modulepreload"})};
  }
  const std::string& address = result.address;
  if (address.empty() || address.starts_with('#') || lower(address).starts_with("data:"))
    return std::nullopt;
  return result;
}

}  // namespace

PageAssets list_assets(std::string_view html, const http::Url& page) {
  PageAssets assets;
  Tags tags(html);
  while (const auto tag = tags.next()) {
    const auto found = wanted(*tag);
    if (!found) continue;
    try {
      const Asset asset{http::resolve(page, address_on(page, found->address)), found->is_code};
      if (!http::same_origin(asset.url, page)) {
        assets.elsewhere.push_back(found->address);
      } else if (std::ranges::find(assets.own, asset) == assets.own.end()) {
        assets.own.push_back(asset);
      }
    } catch (const base::Error&) {
      assets.unreadable.push_back(found->address);
    }
    if (assets.own.size() + assets.elsewhere.size() + assets.unreadable.size() > kMaxAssets) {
      throw base::Error(base::ErrorKind::limit, "list assets of", http::to_string(page),
                        "more than " + std::to_string(kMaxAssets));
    }
  }
  return assets;
}

}  // namespace cooper::smoke
