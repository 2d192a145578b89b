// What ThreadSanitizer need not say: Debian's RocksDB is not built with it, so its own
// synchronisation is invisible in its frames and where it calls memcmp and its like.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:librocksdb.so\n"
         "race:librocksdb.so\n";
}
