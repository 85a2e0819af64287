#include "base/limits.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/suggest.h"

namespace cooper::base {
namespace {

constexpr std::uint64_t kKibi = 1024, kMebi = kKibi * kKibi, kGibi = kMebi * kKibi;

constexpr std::array kRows{
    LimitRow{Limit::document_bytes, "documentBytes", 4 * kMebi,
             "a manifest, an index, a configuration, a page of a list of tags"},
    LimitRow{Limit::json_depth, "jsonDepth", 64, "the nesting of JSON"},
    LimitRow{Limit::index_entries, "indexEntries", 1000, "the images an index names"},
    LimitRow{Limit::index_depth, "indexDepth", 3, "the nesting of indexes"},
    LimitRow{Limit::image_layers, "imageLayers", 500, "the layers of an image"},
    LimitRow{Limit::token_bytes, "tokenBytes", kMebi, "the answer of a token server"},
    LimitRow{Limit::answer_bytes, "answerBytes", 64 * kKibi,
             "any other answer of a server that is no file; of an error the beginning is read"},
    LimitRow{Limit::tag_pages, "tagPages", 1000, "the pages of a list of tags"},
    LimitRow{Limit::redirects, "redirects", 5, "the redirects of a request"},
    LimitRow{Limit::connect_seconds, "connectSeconds", 15, "the time a connection may take"},
    LimitRow{Limit::idle_seconds, "idleSeconds", 60, "the time a transfer may stand still"},
    LimitRow{Limit::layer_bytes, "layerBytes", 20 * kGibi, "a layer, decompressed"},
    LimitRow{Limit::layer_ratio, "layerRatio", 1000,
             "how many times its size a layer of more than 64 MiB becomes"},
    LimitRow{Limit::layer_entries, "layerEntries", 2'000'000, "the members of a layer"},
    LimitRow{Limit::layer_depth, "layerDepth", 256, "the directories a member of a layer is in"},
    LimitRow{Limit::layer_header_bytes, "layerHeaderBytes", kMebi,
             "the extended header or long name of a member"},
    LimitRow{Limit::layer_xattrs, "layerXattrs", 256, "the extended attributes of a member"},
    LimitRow{Limit::layer_xattr_bytes, "layerXattrBytes", 64 * kKibi, "one extended attribute"},
    LimitRow{Limit::layer_empty_parts, "layerEmptyParts", 1000,
             "the compressed parts of a layer without content"},
    LimitRow{Limit::zstd_window_bytes, "zstdWindowBytes", 128 * kMebi,
             "the window of zstd, down to a power of two"},
    LimitRow{Limit::passwd_bytes, "passwdBytes", kMebi, "/etc/passwd or /etc/group of an image"},
    LimitRow{Limit::dockerfile_bytes, "dockerfileBytes", 4 * kMebi, "a Dockerfile"},
    LimitRow{Limit::dockerfile_instructions, "dockerfileInstructions", 10'000,
             "the instructions of a Dockerfile"},
    LimitRow{Limit::onbuild_triggers, "onbuildTriggers", 100,
             "the ONBUILD triggers of a base image"},
    LimitRow{Limit::ignore_file_bytes, "ignoreFileBytes", kMebi, "an ignore file"},
    LimitRow{Limit::context_bytes, "contextBytes", 16 * kGibi,
             "a context that comes as an archive"},
    LimitRow{Limit::download_bytes, "downloadBytes", 4 * kGibi, "a file that ADD downloads"},
    LimitRow{Limit::output_line_bytes, "outputLineBytes", 64 * kKibi,
             "a line a step writes; a longer one becomes several"},
    LimitRow{Limit::step_log_bytes, "stepLogBytes", 16 * kMebi,
             "the log of a step; of a longer one the middle goes"},
    LimitRow{Limit::log_bytes, "logBytes", 256 * kMebi, "the logs of all builds; the oldest go"},
};

std::array<std::uint64_t, kRows.size()>& values() {
  static std::array<std::uint64_t, kRows.size()> now = [] {
    std::array<std::uint64_t, kRows.size()> all{};
    for (std::size_t i = 0; i < kRows.size(); ++i) all[i] = kRows[i].standard;
    return all;
  }();
  return now;
}

}  // namespace

std::span<const LimitRow> all_limits() { return kRows; }

std::uint64_t limit_of(Limit limit) { return values()[static_cast<std::size_t>(limit)]; }

void set_limit(std::string_view name, std::uint64_t value) {
  const auto row = std::find_if(kRows.begin(), kRows.end(),
                                [&](const LimitRow& one) { return one.name == name; });
  if (row == kRows.end()) {
    std::vector<std::string> names;
    names.reserve(kRows.size());
    for (const LimitRow& one : kRows) names.emplace_back(one.name);
    Error error(ErrorKind::usage, "set limit", std::string(name), "there is no such limit");
    const std::string meant = did_you_mean(name, names);
    throw error.with_hint(meant.empty() ? "docs/security.md lists the limits" : meant);
  }
  if (value == 0)
    throw Error(ErrorKind::usage, "set limit", std::string(name), "0 would allow nothing");
  values()[static_cast<std::size_t>(row->limit)] = value;
}

std::string limit_hint(Limit limit) {
  const LimitRow& row = kRows[static_cast<std::size_t>(limit)];
  return "the limit " + std::string(row.name) + " is " + std::to_string(limit_of(limit)) +
         "; if this is meant, --limit " + std::string(row.name) + "=NUMBER raises it";
}

Error limit_error(Limit limit, std::string doing, std::string thing, std::string cause) {
  Error error(ErrorKind::limit, std::move(doing), std::move(thing), std::move(cause));
  return error.with_hint(limit_hint(limit));
}

}  // namespace cooper::base
