# noded_rocksdb: the store's library, loaded at the start or linked in.
option(NODED_STATIC_ROCKSDB "link RocksDB into the binary instead of loading it" OFF)
add_library(noded_rocksdb INTERFACE)
if(NODED_STATIC_ROCKSDB)
  target_link_libraries(noded_rocksdb INTERFACE RocksDB::rocksdb)
  # --as-needed keeps out gflags, which only RocksDB's tools use.
  target_link_options(noded_rocksdb INTERFACE -Wl,--as-needed -Wl,--gc-sections -Wl,--icf=safe)
else()
  target_link_libraries(noded_rocksdb INTERFACE RocksDB::rocksdb-shared)
endif()
