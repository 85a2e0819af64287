#include "builder/engine/owner_lookup.h"

#include <algorithm>

#include "base/error.h"
#include "base/within_limit.h"
#include "builder/engine/stage_tree.h"

namespace cooper::engine {
namespace {

bool is_numeric(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
}

struct UserFiles {
  std::optional<std::string> passwd, group;
};

UserFiles read_user_files(Workshop& shop, std::span<const oci::DiffId> below,
                          std::stop_token stop) {
  StageTree tree("image", {below.begin(), below.end()}, shop.layers, shop.snapshots, stop);
  return base::within(base::Limit::passwd_bytes, [&](std::uint64_t most) {
    return UserFiles{read_small_file(tree, "etc/passwd", most),
                     read_small_file(tree, "etc/group", most)};
  });
}

}  // namespace

sandbox::Owner look_up_owner(Workshop& shop, const plan::CopyOp& op,
                             std::span<const oci::DiffId> below, std::stop_token stop) {
  if (is_numeric(op.chown)) return sandbox::resolve_owner(op.chown, std::nullopt, std::nullopt);
  const UserFiles files = read_user_files(shop, below, stop);
  return sandbox::resolve_owner(op.chown, files.passwd, files.group);
}

sandbox::Owner look_up_user(Workshop& shop, const std::string& user,
                            std::span<const oci::DiffId> below, std::stop_token stop) {
  if (user.empty() || user == "0" || user == "root" || user == "0:0") return {};
  if (is_numeric(user)) return sandbox::resolve_owner(user, std::nullopt, std::nullopt);
  const UserFiles files = read_user_files(shop, below, stop);
  const sandbox::UserIds ids =
      sandbox::resolve_user(user, files.passwd.value_or(""), files.group.value_or(""));
  return {ids.uid, ids.gid};
}

}  // namespace cooper::engine
