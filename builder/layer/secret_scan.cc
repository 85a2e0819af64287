#include "builder/layer/secret_scan.h"

#include "builder/layer/decompressor.h"
#include "builder/layer/tar_reader.h"

namespace cooper::layer {
namespace {

std::vector<SecretFinding> look_through(base::Source& blob, const std::string& name,
                                        const std::shared_ptr<const SecretPatterns>& patterns,
                                        std::stop_token stop) {
  SecretScanner scanner(patterns);
  const auto plain = make_decompressor(blob, {}, name, std::move(stop));
  TarReader tar(*plain, {}, name);
  while (const TarMember* member = tar.next()) {
    std::string_view path = member->name;
    while (path.starts_with("./")) path.remove_prefix(2);
    while (path.starts_with('/')) path.remove_prefix(1);
    scanner.begin(std::string(path));
    for (auto bytes = tar.data(); !bytes.empty(); bytes = tar.data()) scanner.feed(bytes);
    scanner.end();
  }
  tar.drain();
  return scanner.findings();
}

}  // namespace

std::vector<SecretFinding> secrets_in_layer(const store::Store& store, const oci::DiffId& diff_id,
                                            const std::shared_ptr<const SecretPatterns>& patterns,
                                            std::stop_token stop) {
  const auto record = find_layer(store, diff_id);
  if (!record) return {};
  if (record->scan && record->scan->covers(*patterns)) return record->scan->findings;
  for (const oci::Descriptor& blob : record->blobs) {
    const auto bytes = store.open_blob(blob.digest);
    if (!bytes) continue;
    auto findings = look_through(*bytes, blob.digest.to_string(), patterns, std::move(stop));
    record_layer_scan(store, diff_id,
                      {SecretPatterns::kVersion, patterns->marks(), std::move(findings)});
    break;
  }
  const auto after = find_layer(store, diff_id);
  return after && after->scan ? after->scan->findings : std::vector<SecretFinding>();
}

}  // namespace cooper::layer
