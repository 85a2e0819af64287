#include "builder/sandbox/child_messages.h"

namespace cooper::sandbox {

Failed failed_from(const base::Error& error) {
  return {error.kind(), error.doing(), error.thing(), error.cause(), error.hint()};
}

base::Error to_error(const Failed& failed) {
  base::Error error(failed.kind, failed.doing, failed.thing, failed.cause);
  if (!failed.hint.empty()) error.with_hint(failed.hint);
  return error;
}

}  // namespace cooper::sandbox
