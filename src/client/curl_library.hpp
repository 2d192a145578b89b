// libcurl, loaded by the first call of the process instead of with the program: it brings two dozen
// libraries along, 3.6 MB and 5 ms that a node without calls would pay for nothing.
#pragma once

#include "noded/result.hpp"

#include <curl/curl.h>

namespace noded::client {

// Functions of libcurl(3), by their names there.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_url) url;
  decltype(&::curl_url_set) url_set;
  decltype(&::curl_url_get) url_get;
  decltype(&::curl_url_cleanup) url_cleanup;
  decltype(&::curl_free) free;
};

// Initialised; stays until the process ends. Errors: kUnavailable when it is not installed, or too
// old. Thread-safe; blocks the first time.
Result<const CurlLibrary*> curl_library();

}  // namespace noded::client
