// The stages of one request's Dockerfile and the names they can be called by. Built from the FROM
// lines alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "builder/plan/global_scope.h"
#include "builder/plan/origin.h"

namespace cooper::plan {

struct StageEntry {
  const dockerfile::Stage* stage = nullptr;
  std::string display_name;  // "app", or "stage-2" when it has no name
  std::string base_name;     // FROM's image, expanded
  oci::Platform platform;    // of --platform, else the request's
  Origin base;
  std::set<std::string> arguments;  // global ARGs that FROM uses
  bool replaced = false;  // a named context of the stage's name stands in for the whole stage
};

class StageTable {
 public:
  // `request` outlives the table. Throws base::Error(usage) with a place: blank base name, bad
  // platform, cycles (F8), an unknown target (F5, with the nearest name).
  StageTable(const TargetRequest& request, Remarks& remarks);

  [[nodiscard]] const TargetRequest& request() const noexcept { return *request_; }
  [[nodiscard]] const dockerfile::Dockerfile& file() const noexcept { return *request_->file; }
  [[nodiscard]] const check::Reporter& reporter() const noexcept { return reporter_; }
  [[nodiscard]] const GlobalScope& globals() const noexcept { return globals_; }
  [[nodiscard]] std::size_t size() const noexcept { return stages_.size(); }
  [[nodiscard]] const StageEntry& at(std::size_t stage) const { return stages_.at(stage); }
  [[nodiscard]] std::size_t target() const noexcept { return target_; }

  // The meaning of `name` in a --from or from= of stage `current` (rows F3, C13).
  [[nodiscard]] Origin source(const std::string& name, std::size_t current,
                              const dockerfile::SourceRange& where) const;

 private:
  void add_stage(std::size_t index);
  [[nodiscard]] oci::Platform stage_platform(StageEntry& entry, const dockerfile::From& from) const;
  void find_target();
  [[nodiscard]] Origin base_origin(const StageEntry& entry, std::size_t index) const;

  const TargetRequest* request_;
  check::Reporter reporter_;
  GlobalScope globals_;
  std::vector<StageEntry> stages_;
  std::size_t target_ = 0;
};

}  // namespace cooper::plan
