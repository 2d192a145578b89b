# noded_library(<name> FOLDER <folder> LINKS <targets…>): the library noded_<name> of all sources below a folder.
# A folder without sources yet is an interface.
function(noded_library name)
  cmake_parse_arguments(arg "" "FOLDER" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  if(sources)
    add_library(noded_${name} STATIC ${sources})
    target_include_directories(noded_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
    target_link_libraries(noded_${name} PUBLIC ${arg_LINKS} PRIVATE noded_warnings)
    target_compile_definitions(noded_${name} PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
      BOOST_ASIO_NO_DEPRECATED)
  else()
    add_library(noded_${name} INTERFACE)
    target_include_directories(noded_${name} INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
    target_link_libraries(noded_${name} INTERFACE ${arg_LINKS})
  endif()
endfunction()

# What the sanitizer of this build need not report of a program.
function(noded_sanitized name)
  if(NODED_SANITIZE STREQUAL "thread")
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/thread_sanitizer.cpp)
  endif()
endfunction()

# The binary itself. Symbols are exported so that roles loaded from shared libraries use the host's own code.
function(noded_program)
  add_executable(noded ${CMAKE_SOURCE_DIR}/src/main.cpp)
  noded_sanitized(noded)
  target_link_libraries(noded PRIVATE noded_cli noded_role_api noded_warnings)
  set_target_properties(noded PROPERTIES ENABLE_EXPORTS ON)
endfunction()

# noded_test(<name> SOURCES <files…> LINKS <targets…> [LABELS …]): one GoogleTest program; its cases become ctest tests.
function(noded_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  noded_sanitized(${name})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} noded_warnings GTest::gtest_main GTest::gmock)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_options(${name} PRIVATE -O0)  # what is measured or shipped is in the libraries; tests compile thrice as fast
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120 LABELS "${arg_LABELS}")
endfunction()
