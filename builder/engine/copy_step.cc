#include "builder/engine/copy_step.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "base/error.h"
#include "base/path.h"
#include "builder/context/archive_spool.h"
#include "builder/engine/copy_layout.h"
#include "builder/engine/owner_lookup.h"

namespace cooper::engine {
namespace {

using base::Error;
using base::ErrorKind;

// Bytes [offset, offset + size) of an open file.
class FilePartSource final : public base::Source {
 public:
  FilePartSource(const base::Fd& file, std::uint64_t offset, std::uint64_t size)
      : file_(file), offset_(offset), left_(size) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t want = std::min<std::uint64_t>(buffer.size(), left_);
    if (want == 0) return 0;
    const ssize_t count = ::pread(file_.get(), buffer.data(), want, static_cast<off_t>(offset_));
    if (count < 0) base::throw_errno("read", "temporary file");
    offset_ += static_cast<std::uint64_t>(count);
    left_ -= static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }

 private:
  const base::Fd& file_;
  std::uint64_t offset_, left_;
};

// nullptr for what has no bytes.
std::unique_ptr<base::Source> content_of(const PlannedEntry& planned) {
  if (const auto* from_tree = std::get_if<TreeBytes>(&planned.bytes)) {
    return std::make_unique<base::FdSource>(from_tree->tree->open(from_tree->source),
                                            from_tree->source.path);
  }
  if (const auto* text = std::get_if<TextBytes>(&planned.bytes))
    return std::make_unique<base::StringSource>(*text->text);
  if (const auto* part = std::get_if<FileBytes>(&planned.bytes))
    return std::make_unique<FilePartSource>(*part->file, part->offset, planned.entry.size);
  return nullptr;
}

layer::WrittenLayer write_layout(Workshop& shop, const CopyLayout& layout, std::stop_token stop) {
  layer::LayerWriter writer(shop.store, shop.options.layers);
  for (const auto& [path, planned] : layout.entries()) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "copy", path, "cancelled");
    writer.add(planned.entry, content_of(planned).get());
  }
  return writer.finish();
}

std::int64_t newest_time(const Selection& selection) {
  std::int64_t newest = 0;
  for (const SelectedSource& source : selection.sources) {
    for (const SelectedItem& item : source.items) newest = std::max(newest, item.entry.mtime);
  }
  return newest;
}

bool may_be_archive(const plan::CopyOp& op, const SelectedSource& source) {
  if (!op.add || source.directory || source.text || source.items.empty()) return false;
  if (source.items.front().entry.type != layer::EntryType::file) return false;
  return op.unpack.value_or(!source.remote);
}

void lay_out_archive(CopyLayout& layout, const layer::ArchiveSpool& spool,
                     const std::string& destination) {
  const std::string target = layout.locate(destination);
  layout.make_archive_directory(target);
  for (const layer::SpooledMember& member : spool.members) {
    if (member.entry.path.empty())
      continue;  // the archive's root does not change the destination (row C17)
    // A directory of the archive may be a link to one in the image (lib -> usr/lib): files go where
    // it leads.
    const std::string wanted = (target.empty() ? "" : target + "/") + member.entry.path;
    std::string parent(base::parent_path(wanted));
    if (!layout.entries().contains(parent)) parent = layout.locate(parent);
    const std::string path =
        (parent.empty() ? "" : parent + "/") + std::string(base::base_name(wanted));
    layer::Entry entry = member.entry;
    if (entry.type == layer::EntryType::hardlink && !target.empty())
      entry.link = target + "/" + entry.link;
    Bytes bytes;
    if (entry.type == layer::EntryType::file) bytes = FileBytes{&spool.bytes, member.offset};
    layout.unpack(path, std::move(entry), std::move(bytes));
  }
  layout.order_hard_links();
}

}  // namespace

cache::KeyScope key_scope(const Workshop& shop, const plan::Step& step, const StepInputs& inputs) {
  return {inputs.parent_layers(step).id(), step.platform, shop.options.layers.clamp_mtime,
          shop.options.cache_scope};
}

CopyStep::CopyStep(Workshop& shop, const plan::Step& step, StepInputs& inputs, std::string line)
    : shop_(shop),
      step_(step),
      op_(std::get<plan::CopyOp>(step.op)),
      inputs_(inputs),
      line_(std::move(line)) {}

std::optional<cache::KeyParts> CopyStep::quick_key() const {
  const auto identity = inputs_.identity(op_.from);
  const bool only_paths = std::ranges::all_of(op_.sources, [](const plan::CopySource& source) {
    return source.kind == plan::CopySource::Kind::path;
  });
  if (!identity || !only_paths) return std::nullopt;
  std::vector<cache::CopiedItem> items;
  for (const plan::CopySource& source : op_.sources) items.push_back({source.path, *identity});
  cache::KeyParts parts = cache::copy_key(op_, key_scope(shop_, step_, inputs_), items);
  parts.add("strength", "quick");
  return parts;
}

SourceAccess CopyStep::access() const {
  return {shop_.store, shop_.fetcher, shop_.git, shop_.options.layers.threads, inputs_.stop()};
}

void CopyStep::select() {
  if (selection_) return;
  selection_ = select_sources(op_, inputs_.tree(op_.from), access());
}

cache::KeyParts CopyStep::content_key() {
  select();
  return cache::copy_key(op_, key_scope(shop_, step_, inputs_), key_items(*selection_));
}

layer::WrittenLayer CopyStep::make_layer() {
  select();
  check_out_sources(*selection_, op_, access());
  const std::vector<oci::DiffId> below = inputs_.parent_layers(step_).list();
  CopyLayout::Options options;
  options.link = op_.link;
  options.directory_time = newest_time(*selection_);
  if (!op_.chmod.empty()) options.mode = ModeChange::parse(op_.chmod);
  if (!op_.chown.empty()) options.owner = look_up_owner(shop_, op_, below, inputs_.stop());
  const layer::LayerStack stack =
      op_.link ? layer::LayerStack() : shop_.layers.stack(below, inputs_.stop());
  CopyLayout layout(stack, std::move(options));
  const bool into_directory = op_.destination.ends_with('/');
  std::vector<std::unique_ptr<layer::ArchiveSpool>>
      spools;  // keep the bytes until the layer is written
  for (const SelectedSource& source : selection_->sources) {
    if (may_be_archive(op_, source)) {
      base::Fd file = source.remote ? source.remote->content.duplicate()
                                    : selection_->tree->open(source.items.front().entry);
      if (auto spool = context::try_spool_archive(std::move(file), source.base_name, shop_.store)) {
        spools.push_back(std::make_unique<layer::ArchiveSpool>(std::move(*spool)));
        lay_out_archive(layout, *spools.back(), op_.destination);
        continue;
      }
    }
    lay_out(layout, source, op_.destination, into_directory);
  }
  layer::WrittenLayer written = write_layout(shop_, layout, inputs_.stop());
  const auto content = [&](const std::string& path) -> std::unique_ptr<base::Source> {
    const auto planned = layout.entries().find(path);
    try {
      return planned == layout.entries().end() ? nullptr : content_of(planned->second);
    } catch (const Error&) {
      return nullptr;  // it went after the layer was written, which has it
    }
  };
  shop_.snapshots.layers().add_made(written.diff_id, written.index, line_, content, inputs_.stop());
  return written;
}

layer::WrittenLayer make_workdir_layer(Workshop& shop, const plan::Step& step, StepInputs& inputs) {
  const auto& op = std::get<plan::WorkdirOp>(step.op);
  const std::vector<oci::DiffId> below = inputs.parent_layers(step).list();
  const layer::LayerStack stack = shop.layers.stack(below, inputs.stop());
  CopyLayout::Options options;
  options.directory_time = static_cast<std::int64_t>(::time(nullptr));
  CopyLayout probe(stack, {});
  const std::string path = probe.locate(op.path);
  if (probe.is_directory(path)) return write_layout(shop, probe, inputs.stop());
  options.owner = look_up_user(shop, op.user, below, inputs.stop());
  CopyLayout layout(stack, std::move(options));
  layout.make_directory(path);
  return write_layout(shop, layout, inputs.stop());
}

}  // namespace cooper::engine
