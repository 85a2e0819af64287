#include "builder/cache/build_history.h"

#include <algorithm>

#include "base/random_name.h"
#include "builder/cache/step_logs.h"
#include "oci/time_text.h"

namespace cooper::cache {

// "20261125t134500123456-3f9a01": sorts by time, and is a name of a record.
std::string BuildHistory::new_id(const BuildRecord& record) {
  std::string id;
  for (const char c : oci::to_rfc3339(record.started)) {
    if (c >= '0' && c <= '9') id += c;
    if (c == 'T') id += 't';
  }
  const std::string fraction =
      std::to_string(1'000'000 + record.microseconds % 1'000'000).substr(1);
  return id + fraction + "-" + base::random_name().substr(0, 6);
}

std::vector<std::string> BuildHistory::ids() const {
  std::vector<std::string> ids = store_->list_records(kBuildRecords);
  std::ranges::reverse(ids);
  return ids;
}

std::optional<BuildRecord> BuildHistory::read(const std::string& id) const {
  const auto text = store_->read_record(kBuildRecords, id);
  return text ? try_parse_build_record(*text, id) : std::nullopt;
}

std::vector<BuildRecord> BuildHistory::newest(std::size_t count) const {
  std::vector<BuildRecord> records;
  for (const std::string& id : ids()) {
    if (records.size() == count) break;
    if (auto record = read(id)) records.push_back(std::move(*record));
  }
  return records;
}

void BuildHistory::put(const BuildRecord& record) const {
  store_->write_record(kBuildRecords, record.id, to_text(record));
  const std::vector<std::string> all = ids();
  const StepLogs logs(*store_);
  for (std::size_t i = kMaxBuilds; i < all.size(); ++i) {
    store_->remove_record(kBuildRecords, all[i]);
    logs.remove(all[i]);
  }
}

std::string BuildHistory::add(BuildRecord record) const {
  record.id = new_id(record);
  put(record);
  return record.id;
}

}  // namespace cooper::cache
