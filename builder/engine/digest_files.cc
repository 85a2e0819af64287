#include "builder/engine/digest_files.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "base/trace.h"

namespace cooper::engine {
namespace {

constexpr std::size_t kFilesPerThread = 64;  // fewer are not worth a thread

std::string framed(const std::string& text) { return std::to_string(text.size()) + ":" + text; }

std::string_view name_of(layer::EntryType type) {
  switch (type) {
    case layer::EntryType::file: return "file";
    case layer::EntryType::directory: return "dir";
    case layer::EntryType::symlink: return "link";
    case layer::EntryType::hardlink: return "hardlink";
    case layer::EntryType::character: return "char";
    case layer::EntryType::block: return "block";
    case layer::EntryType::fifo: return "fifo";
    case layer::EntryType::socket: return "socket";
    case layer::EntryType::whiteout: return "whiteout";
  }
  return "unknown";
}

std::string octal(std::uint32_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3)
    digits += static_cast<char>('0' + ((mode >> shift) & 7));
  return digits;
}

}  // namespace

void digest_files(layer::FileTree& tree, const std::vector<layer::Entry*>& entries,
                  unsigned threads) {
  std::vector<layer::Entry*> wanted;
  for (layer::Entry* entry : entries) {
    if (entry->type == layer::EntryType::file && !entry->content) wanted.push_back(entry);
  }
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  if (wanted.empty()) return;
  const base::Span span("hashing", tree.name());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < wanted.size(); i = next++)
      wanted[i]->content = tree.digest(*wanted[i]);
  };
  std::vector<std::future<void>> others;
  const std::size_t useful = std::min<std::size_t>(threads, wanted.size() / kFilesPerThread + 1);
  for (std::size_t i = 1; i < useful; ++i) others.push_back(std::async(std::launch::async, work));
  work();
  for (std::future<void>& other : others) other.get();
}

std::string facts_of(const layer::Entry& entry) {
  constexpr std::size_t kUsual = 112;  // of a file
  std::string facts;
  facts.reserve(kUsual);
  facts += name_of(entry.type);
  facts += ' ';
  facts += octal(entry.mode);
  facts += ' ';
  facts += std::to_string(entry.uid);
  facts += ':';
  facts += std::to_string(entry.gid);
  if (entry.type == layer::EntryType::file) facts.append(" ").append(std::to_string(entry.size));
  if (!entry.link.empty()) facts += " -> " + framed(entry.link);
  if (entry.type == layer::EntryType::character || entry.type == layer::EntryType::block) {
    facts += " " + std::to_string(entry.device_major) + "," + std::to_string(entry.device_minor);
  }
  for (const auto& [name, value] : entry.xattrs) facts += " xattr " + framed(name) + framed(value);
  if (entry.content) {
    facts += " sha256:";
    facts += base::to_hex(*entry.content);
  }
  return facts;
}

}  // namespace cooper::engine
