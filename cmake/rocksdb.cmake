# noded_rocksdb: the store's library, loaded at the start or linked in.
option(NODED_STATIC_ROCKSDB "link RocksDB into the binary instead of loading it" OFF)
add_library(noded_rocksdb INTERFACE)
if(NODED_STATIC_ROCKSDB)
  target_link_libraries(noded_rocksdb INTERFACE RocksDB::rocksdb)
  # The binary exports its symbols for roles in shared libraries, and what is exported is never left out: RocksDB's stay
  # inside, so that what nobody calls goes. --as-needed keeps out gflags, which only RocksDB's tools use.
  target_link_options(noded_rocksdb INTERFACE
    -Wl,--exclude-libs,librocksdb.a -Wl,--as-needed -Wl,--gc-sections -Wl,--icf=safe)
else()
  target_link_libraries(noded_rocksdb INTERFACE RocksDB::rocksdb-shared)
endif()
