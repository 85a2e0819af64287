#include "cli/release_report.h"

#include "base/error.h"
#include "cli/build_summary.h"

namespace cooper::cli {
namespace {

// Text of others in a cell of a Markdown table.
std::string markdown(const std::string& text) {
  std::string out;
  for (const char c : base::printable(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (std::string_view("|`*_[]\\").find(c) != std::string_view::npos) {
      out += std::string("\\") + c;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Table release_table(const std::vector<release::ReleasedImage>& images) {
  Table table{{"role", "tag", "change", "digest", "size", "pushed", "reused"}, {}};
  for (const release::ReleasedImage& image : images) {
    const std::string digest = image.manifest.digest.to_string();
    for (std::size_t i = 0; i < image.tags.size(); ++i) {
      const release::ReleasedTag& tag = image.tags[i];
      const std::string change = release::to_string(tag.change);
      table.rows.push_back(
          {{image.role, image.role.empty() ? "-" : image.role},
           {tag.tag},
           {change, tag.reason.empty() ? change : change + " (" + tag.reason + ")"},
           {digest, digest.substr(0, 19)},
           {image.size, size_text(image.size)},
           {i == 0 ? image.pushed_bytes : 0, i == 0 ? size_text(image.pushed_bytes) : "-"},
           {i == 0 ? image.reused_bytes : 0, i == 0 ? size_text(image.reused_bytes) : "-"}});
    }
  }
  return table;
}

std::string release_summary(const std::string& version, bool dry_run,
                            const std::vector<release::ReleasedImage>& images) {
  std::string text =
      "### Release " + markdown(version) + (dry_run ? " (dry run)" : "") +
      "\n\n| tag | change | digest | size | pushed | reused |\n|---|---|---|---|---|---|\n";
  for (const release::ReleasedImage& image : images) {
    for (std::size_t i = 0; i < image.tags.size(); ++i) {
      const release::ReleasedTag& tag = image.tags[i];
      text += "| " + markdown(image.repository + ":" + tag.tag) + " | " +
              release::to_string(tag.change) +
              (tag.reason.empty() ? "" : " (" + markdown(tag.reason) + ")") + " | `" +
              image.manifest.digest.to_string() + "` | " + size_text(image.size) + " | " +
              (i == 0 ? size_text(image.pushed_bytes) : "") + " | " +
              (i == 0 ? size_text(image.reused_bytes) : "") + " |\n";
    }
  }
  return text + "\n";
}

}  // namespace cooper::cli
