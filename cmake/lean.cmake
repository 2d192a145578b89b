# A binary with all that it needs (NODED_STATIC_ROCKSDB) is made small.
if(NOT NODED_STATIC_ROCKSDB)
  return()
endif()
# What every request crosses is built for speed, everything else to be small.
foreach(part bknd cli client config mail module_auth module_messages module_system module_transfer node plugin role_api)
  target_compile_options(noded_${part} PRIVATE -Os)
endforeach()
# Roles in shared libraries use what include/noded declares, and Boost.Asio, which is in noded_public; nothing else is
# exported, so that what nobody calls is left out. lld, since mold 1.10 runs out of memory with so many names.
get_directory_property(libraries DIRECTORY ${CMAKE_SOURCE_DIR} BUILDSYSTEM_TARGETS)
set(hidden librocksdb.a)
foreach(library ${libraries})
  get_target_property(type ${library} TYPE)
  if(type STREQUAL STATIC_LIBRARY AND NOT library STREQUAL noded_public)
    list(APPEND hidden lib${library}.a)
  endif()
endforeach()
list(JOIN hidden : hidden)
target_link_options(noded PRIVATE -fuse-ld=lld -Wl,--exclude-libs,${hidden})
