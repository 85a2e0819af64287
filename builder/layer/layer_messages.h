// What the builder and the process that reads a layer (layer_process.h) say to each other. A
// message is a letter and a body.
#pragma once

#include <string>
#include <string_view>

#include "builder/layer/layer_content.h"
#include "builder/layer/layer_process.h"

namespace cooper::layer {

// From the process.
inline constexpr char kFindLower = 'f';  // a path; the answer is kNothing or kEntry
inline constexpr char kOpenLower = 'o';  // a path; the answer is kOpened with a descriptor
inline constexpr char kFinished = 'r';   // the result; the index is in the file it was given
inline constexpr char kFailed = 'x';     // a report
inline constexpr char kBadBlob = 'b';    // a report: the blob does not have its digest
// From the builder.
inline constexpr char kTask = 't';  // with the blob, a file for the index and perhaps a directory
inline constexpr char kArchive = 'a';  // with the archive, files for its bytes and its members
inline constexpr char kContent = 'c';  // with a blob and perhaps a pipe
inline constexpr char kNothing = 'n';
inline constexpr char kEntry = 'e';  // an index of one entry
inline constexpr char kOpened = 'd';

// What kFinished says of an archive.
inline constexpr const char* kIsArchive = "archive";
inline constexpr const char* kNoArchive = "other";

// A task and the options as they go over; functions and limits of the options included.
struct SentTask {
  LayerTask task;
  ReadOptions options;
  std::optional<LayerDelta> delta;  // options.delta points to nothing
  bool finds_lower = false, opens_lower = false;
};

[[nodiscard]] std::string task_to_json(const LayerTask& task, const ReadOptions& options);
// Throws base::Error(corrupt).
[[nodiscard]] SentTask parse_task(std::string_view text);

struct ArchiveTask {
  std::string name;
  LayerLimits limits;
};
[[nodiscard]] std::string archive_task_to_json(const ArchiveTask& task);
// Throws base::Error(corrupt).
[[nodiscard]] ArchiveTask parse_archive_task(std::string_view text);

enum class Wanted { tar, members, state };  // the first two go into the pipe
struct ContentTask {
  oci::Digest digest;
  bool checked = false;
  Wanted wanted = Wanted::tar;
};
[[nodiscard]] std::string content_task_to_json(const ContentTask& task);
// Throws base::Error(corrupt).
[[nodiscard]] ContentTask parse_content_task(std::string_view text);

[[nodiscard]] std::string state_to_json(const LayerState& state);
// Throws base::Error(corrupt).
[[nodiscard]] LayerState parse_state(std::string_view text);

// Without the index.
[[nodiscard]] std::string result_to_json(const ReadLayer& result);
// Throws base::Error(corrupt).
[[nodiscard]] ReadLayer parse_result(std::string_view text);

}  // namespace cooper::layer
