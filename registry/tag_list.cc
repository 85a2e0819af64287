#include "registry/tag_list.h"

#include <set>

#include "base/within_limit.h"
#include "registry/registry_error.h"
#include "registry/repository.h"

namespace cooper::registry {

std::optional<std::string> next_link(std::string_view link) {
  while (!link.empty()) {
    const std::size_t open = link.find('<');
    const std::size_t close = link.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    const std::string_view target = link.substr(open + 1, close - open - 1);
    link.remove_prefix(close + 1);
    const std::string_view parameters = link.substr(0, link.find('<'));
    if (parameters.find("rel=\"next\"") != std::string_view::npos ||
        parameters.find("rel=next") != std::string_view::npos) {
      return std::string(target);
    }
  }
  return std::nullopt;
}

// Gitea sends a next link after the last page too, so an empty page or one without news ends the
// list.
std::optional<std::vector<std::string>> Repository::list_tags(std::stop_token stop) const {
  std::vector<std::string> out;
  std::set<std::string> seen;
  http::Request get = request("GET", "/tags/list", stop);
  get.body_limit = base::limit_of(base::Limit::document_bytes);
  const std::uint64_t most = base::limit_of(base::Limit::tag_pages);
  for (std::uint64_t page = 0; page < most; ++page) {
    const http::Response response =
        base::within(base::Limit::document_bytes, [&](std::uint64_t) { return send(get); });
    if (response.status == 404 && page == 0) return std::nullopt;
    if (response.status != 200) throw registry_error("list tags of", display_name(), get, response);
    bool news = false;
    for (std::string& tag : parse_tag_page(response.body, display_name())) {
      if (!seen.insert(tag).second) continue;
      news = true;
      out.push_back(std::move(tag));
    }
    const std::optional<std::string> next = next_link(response.headers.find("Link").value_or(""));
    if (!news || !next) return out;
    const http::Url url = http::resolve(get.url, *next);
    if (!http::same_origin(url, host_->endpoint())) {
      throw base::Error(base::ErrorKind::network, "list tags of", display_name(),
                        "the next page is at another origin, " + http::origin(url));
    }
    get.url = url;
  }
  throw base::limit_error(base::Limit::tag_pages, "list tags of", display_name(),
                          "more than " + std::to_string(most) + " pages");
}

}  // namespace cooper::registry
