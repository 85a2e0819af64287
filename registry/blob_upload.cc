#include "registry/blob_upload.h"

#include "registry/upload_session.h"

namespace cooper::registry {

Placement place_blob(const Repository& repository, const BlobContent& content,
                     const std::vector<std::string>& mount_from, const UploadOptions& options,
                     std::stop_token stop, bool known_absent) {
  if (!known_absent && repository.has_blob(content.descriptor, stop)) return Placement::present;
  UploadSession session(repository, content, options, stop);
  for (const std::string& from : mount_from) {
    if (from != repository.name() && session.try_mount(from)) return Placement::mounted;
  }
  // A registry may say "created" and have lost the blob: it is asked, and gets it once more.
  for (int attempt = 0; attempt < 2; ++attempt) {
    session.send_all();
    if (repository.has_blob(content.descriptor, stop)) return Placement::uploaded;
  }
  throw base::Error(base::ErrorKind::network, "push blob",
                    repository.display_name() + "@" + content.descriptor.digest.to_string(),
                    "the registry accepted it twice but does not have it");
}

}  // namespace cooper::registry
