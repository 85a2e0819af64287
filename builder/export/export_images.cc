#include "builder/export/export_images.h"

#include <set>

#include "base/error.h"
#include "builder/export/archive_export.h"
#include "builder/export/layout_export.h"
#include "builder/export/registry_export.h"
#include "builder/export/rootfs_export.h"

namespace cooper::export_ {
namespace {

void check_distinct_files(const std::vector<ExportJob>& jobs) {
  std::set<std::string> seen;
  for (const ExportJob& job : jobs) {
    const Destination& to = *job.destination;
    const bool shareable =
        to.kind == Kind::registry || to.as_directory;  // a layout holds many images
    if (shareable || seen.insert(to.dest).second) continue;
    throw base::Error(base::ErrorKind::usage, "export " + job.image->name + " to", to.dest,
                      "another image of this invocation goes there too");
  }
}

void write_file(const ExportJob& job, const ExportTools& tools, const std::stop_token& stop) {
  const Destination& to = *job.destination;
  switch (to.kind) {
    case Kind::oci:
      return to.as_directory ? write_image_layout(*job.image, to, tools.store, stop)
                             : write_image_archive(*job.image, to, tools.store, stop);
    case Kind::docker: return write_image_archive(*job.image, to, tools.store, stop);
    case Kind::tar: return write_rootfs_tar(*job.image, to, tools, stop);
    case Kind::local: return write_rootfs_directory(*job.image, to, tools, stop);
    case Kind::registry: return;  // pushed together
  }
}

}  // namespace

std::vector<ExportOutcome> export_images(const std::vector<ExportJob>& jobs,
                                         const ExportTools& tools, std::stop_token stop) {
  check_distinct_files(jobs);
  std::vector<ExportJob> pushes;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].destination->kind != Kind::registry) continue;
    pushes.push_back(jobs[i]);
    places.push_back(i);
  }
  std::vector<ExportOutcome> outcomes(jobs.size());
  for (const ExportJob& job : jobs) write_file(job, tools, stop);
  std::vector<ExportOutcome> pushed = push_images(pushes, tools, stop);
  for (std::size_t i = 0; i < pushed.size(); ++i) outcomes[places[i]] = std::move(pushed[i]);
  return outcomes;
}

}  // namespace cooper::export_
