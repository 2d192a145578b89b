#include "client/curl_library.hpp"

#include <dlfcn.h>

#include <string>

namespace noded::client {
namespace {

constexpr const char* kFile = "libcurl.so.4";  // the ABI's name, the same since 7.16

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> load() {
  void* library = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(
        Errc::kUnavailable,
        std::string("libcurl cannot be loaded; install the package libcurl4 (") + ::dlerror() + ")"
    );
  }
  CurlLibrary curl{};
  const bool is_complete =
      find(library, "curl_global_init", curl.global_init) &&
      find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_setopt", curl.easy_setopt) &&
      find(library, "curl_easy_perform", curl.easy_perform) &&
      find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
      find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
      find(library, "curl_slist_append", curl.slist_append) &&
      find(library, "curl_slist_free_all", curl.slist_free_all) &&
      find(library, "curl_url", curl.url) && find(library, "curl_url_set", curl.url_set) &&
      find(library, "curl_url_get", curl.url_get) &&
      find(library, "curl_url_cleanup", curl.url_cleanup) && find(library, "curl_free", curl.free);
  if (!is_complete || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(Errc::kUnavailable, std::string(kFile) + " lacks something or does not start");
  return curl;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> loaded = load();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace noded::client
