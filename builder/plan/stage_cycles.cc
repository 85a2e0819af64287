#include "builder/plan/stage_cycles.h"

#include <optional>

#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using dockerfile::Dockerfile;
using dockerfile::MountType;

struct Edge {
  std::size_t to = 0;
  dockerfile::SourceRange where;
};

// The stage `name` means in stage `current`: the last one before it, else any later one.
std::optional<std::size_t> find_stage(const Dockerfile& file, const std::string& name,
                                      std::size_t current) {
  if (const auto index = parse_unsigned(name, 10, 1'000'000)) {
    if (*index < file.stages.size()) return static_cast<std::size_t>(*index);
  }
  const std::string lower = lower_case(name);
  for (std::size_t i = current; i-- > 0;) {
    if (file.stages[i].name == lower) return i;
  }
  for (std::size_t i = current; i < file.stages.size(); ++i) {
    if (file.stages[i].name == lower) return i;
  }
  return std::nullopt;
}

std::vector<Edge> edges_of(const Dockerfile& file, std::size_t index) {
  std::vector<Edge> edges;
  const dockerfile::Stage& stage = file.stages[index];
  const auto& from = std::get<dockerfile::From>(stage.from.payload);
  for (std::size_t i = index; i-- > 0;) {
    if (!file.stages[i].name.empty() && file.stages[i].name == from.image) {
      edges.push_back(Edge{i, stage.where});
      break;
    }
  }
  for (const dockerfile::Instruction& instruction : stage.instructions) {
    for (const std::string& name : source_names(instruction)) {
      if (const auto to = find_stage(file, name, index))
        edges.push_back(Edge{*to, instruction.where});
    }
  }
  return edges;
}

std::string display_name(const Dockerfile& file, std::size_t stage) {
  const std::string& name = file.stages[stage].name;
  return name.empty() ? "stage-" + std::to_string(stage) : name;
}

// Depth first with an explicit stack: a Dockerfile may have thousands of stages.
class CycleSearch {
 public:
  explicit CycleSearch(const Dockerfile& file) : file_(file), marks_(file.stages.size()) {}

  void visit(std::size_t start) {
    if (marks_[start] != Mark::fresh) return;
    enter(start);
    while (!path_.empty()) {
      Frame& frame = path_.back();
      if (frame.next == frame.edges.size()) {
        marks_[frame.stage] = Mark::done;
        path_.pop_back();
        continue;
      }
      const Edge edge = frame.edges[frame.next++];
      if (marks_[edge.to] == Mark::open) report(edge);
      if (marks_[edge.to] == Mark::fresh) enter(edge.to);
    }
  }

 private:
  enum class Mark { fresh, open, done };
  struct Frame {
    std::size_t stage = 0;
    std::vector<Edge> edges;
    std::size_t next = 0;
  };

  void enter(std::size_t stage) {
    marks_[stage] = Mark::open;
    path_.push_back(Frame{stage, edges_of(file_, stage), 0});
  }

  [[noreturn]] void report(const Edge& closing) const {
    std::string circle;
    bool inside = false;
    for (const Frame& frame : path_) {
      inside = inside || frame.stage == closing.to;
      if (inside) circle += display_name(file_, frame.stage) + " -> ";
    }
    circle += display_name(file_, closing.to);
    throw base::Error(base::ErrorKind::usage, "order the stages of", file_.file_name,
                      "circular dependency: " + circle)
        .with_spot(dockerfile::spot(file_, closing.where));
  }

  const Dockerfile& file_;
  std::vector<Mark> marks_;
  std::vector<Frame> path_;
};

}  // namespace

std::vector<std::string> source_names(const dockerfile::Instruction& instruction) {
  std::vector<std::string> names;
  if (const auto* copy = std::get_if<dockerfile::Copy>(&instruction.payload)) {
    if (copy->from && !copy->from->empty()) names.push_back(*copy->from);
  }
  if (const auto* run = std::get_if<dockerfile::Run>(&instruction.payload)) {
    for (const dockerfile::Mount& mount : run->mounts) {
      const bool has_source = mount.type == MountType::bind || mount.type == MountType::cache;
      if (has_source && mount.from && !mount.from->empty()) names.push_back(*mount.from);
    }
  }
  return names;
}

void check_stage_cycles(const Dockerfile& file) {
  CycleSearch search(file);
  for (std::size_t i = 0; i < file.stages.size(); ++i) search.visit(i);
}

}  // namespace cooper::plan
