#include "builder/share/s3_list.h"

#include <ctime>

#include "base/error.h"

namespace cooper::share {
namespace {

// The five entities XML itself has; names and tokens need no others.
std::string unescaped(std::string_view text) {
  struct Entity {
    std::string_view name;
    char meaning;
  };
  constexpr Entity kEntities[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                                  {"&quot;", '"'}, {"&apos;", '\''}, {"&#34;", '"'},
                                  {"&#39;", '\''}, {"&#43;", '+'},   {"&#61;", '='}};
  std::string out;
  while (!text.empty()) {
    std::size_t taken = 1;
    char c = text.front();
    for (const Entity& entity : kEntities) {
      if (!text.starts_with(entity.name)) continue;
      c = entity.meaning;
      taken = entity.name.size();
    }
    out += c;
    text.remove_prefix(taken);
  }
  return out;
}

// The text of the next <name>..</name>, which is then gone from `rest`.
std::optional<std::string> next_element(std::string_view& rest, const std::string& name) {
  const std::string open = "<" + name + ">", close = "</" + name + ">";
  const std::size_t begin = rest.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = rest.find(close, begin);
  if (end == std::string_view::npos) return std::nullopt;
  std::string text = unescaped(rest.substr(begin + open.size(), end - begin - open.size()));
  rest.remove_prefix(end + close.size());
  return text;
}

std::optional<std::string> element(std::string_view xml, const std::string& name) {
  return next_element(xml, name);
}

// "2024-05-01T10:20:30.000Z"
std::int64_t seconds_of(const std::string& text) {
  std::tm date = {};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &date);
  return end != nullptr && (*end == '.' || *end == 'Z') ? ::timegm(&date) : 0;
}

}  // namespace

ObjectPage parse_object_page(std::string_view xml) {
  if (xml.find("<ListBucketResult") == std::string_view::npos ||
      xml.find("</ListBucketResult>") == std::string_view::npos)
    throw base::Error(base::ErrorKind::corrupt, "list bucket", "", "the answer is no list");
  ObjectPage page;
  std::string_view rest = xml;
  while (auto object = next_element(rest, "Contents")) {
    if (auto key = element(*object, "Key"))
      page.objects.push_back(
          {unescaped(*key), seconds_of(element(*object, "LastModified").value_or(""))});
  }
  if (element(xml, "IsTruncated").value_or("false") == "true") {
    page.next = element(xml, "NextContinuationToken");
    if (!page.next)
      throw base::Error(base::ErrorKind::corrupt, "list bucket", "", "the next page has no token");
  }
  return page;
}

std::string upload_id(std::string_view xml) {
  const auto id = element(xml, "UploadId");
  if (!id || id->empty())
    throw base::Error(base::ErrorKind::corrupt, "begin upload", "", "the answer has no id");
  return *id;
}

std::string s3_error_text(std::string_view xml) {
  const auto code = element(xml, "Code");
  if (!code) return "";
  const auto message = element(xml, "Message");
  return base::printable(*code + (message ? ": " + *message : ""));
}

}  // namespace cooper::share
