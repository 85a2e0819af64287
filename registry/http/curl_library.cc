#include "registry/http/curl_library.h"

#include <dlfcn.h>

#include "base/error.h"

namespace cooper::http {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kName = "libcurl.so.4";

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw Error(ErrorKind::unsupported, "load", kName, ::dlerror());
}

CurlLibrary load() {
  void* const library = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(ErrorKind::unsupported, "load", kName, ::dlerror())
        .with_hint("registries and URLs need libcurl: on Debian the package libcurl4");
  }
  decltype(&::curl_global_init) global_init = nullptr;
  find(library, "curl_global_init", global_init);
  CurlLibrary found = {};
  find(library, "curl_easy_init", found.easy_init);
  find(library, "curl_easy_cleanup", found.easy_cleanup);
  find(library, "curl_easy_reset", found.easy_reset);
  find(library, "curl_easy_setopt", found.easy_setopt);
  find(library, "curl_easy_getinfo", found.easy_getinfo);
  find(library, "curl_easy_strerror", found.easy_strerror);
  find(library, "curl_multi_init", found.multi_init);
  find(library, "curl_multi_cleanup", found.multi_cleanup);
  find(library, "curl_multi_add_handle", found.multi_add_handle);
  find(library, "curl_multi_remove_handle", found.multi_remove_handle);
  find(library, "curl_multi_perform", found.multi_perform);
  find(library, "curl_multi_poll", found.multi_poll);
  find(library, "curl_multi_wakeup", found.multi_wakeup);
  find(library, "curl_multi_info_read", found.multi_info_read);
  find(library, "curl_slist_append", found.slist_append);
  find(library, "curl_slist_free_all", found.slist_free_all);
  const CURLcode started = global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK)
    throw Error(ErrorKind::failure, "start libcurl", "", found.easy_strerror(started));
  return found;
}

}  // namespace

const CurlLibrary& curl() {
  static const CurlLibrary library = load();
  return library;
}

}  // namespace cooper::http
