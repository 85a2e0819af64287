#include "builder/layer/secret_scan.h"

#include "builder/layer/layer_content.h"

namespace cooper::layer {
namespace {

// The secrets stay in this process: what reads the layer gives its bytes.
class Look final : public MemberVisitor {
 public:
  explicit Look(const std::shared_ptr<const SecretPatterns>& patterns) : scanner_(patterns) {}
  void begin(const std::string& path) override { scanner_.begin(path); }
  void feed(std::span<const std::byte> bytes) override { scanner_.feed(bytes); }
  void end() override { scanner_.end(); }
  [[nodiscard]] const std::vector<SecretFinding>& findings() const { return scanner_.findings(); }

 private:
  SecretScanner scanner_;
};

}  // namespace

std::vector<SecretFinding> secrets_in_layer(const store::Store& store, const oci::DiffId& diff_id,
                                            const std::shared_ptr<const SecretPatterns>& patterns,
                                            std::stop_token stop) {
  const auto record = find_layer(store, diff_id);
  if (!record) return {};
  if (record->scan && record->scan->covers(*patterns)) return record->scan->findings;
  for (const oci::Descriptor& blob : record->blobs) {
    const auto file = open_blob_file(store, blob.digest);
    if (!file) continue;
    Look look(patterns);
    read_members(*file, std::move(stop), look);
    record_layer_scan(store, diff_id,
                      {SecretPatterns::kVersion, patterns->marks(), look.findings()});
    break;
  }
  const auto after = find_layer(store, diff_id);
  return after && after->scan ? after->scan->findings : std::vector<SecretFinding>();
}

}  // namespace cooper::layer
