#include "builder/sandbox/sandbox.h"
#include "base/error.h"
namespace cooper::sandbox {
void enter_user_namespace(int, char**) {}
}
