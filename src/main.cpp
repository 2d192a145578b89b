// noded: the roles that are linked in, and nothing else.
#include "cli/program.hpp"
#include "roles/api/api_role.hpp"

#include <array>
#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
  try {
    const std::array built_in{noded::roles::api_role_descriptor()};
    return noded::cli::run_program(built_in, count, arguments);
  } catch (const std::exception& exception) {  // a defect: expected failures are results
    std::fprintf(stderr, "noded: defect: %s\n", exception.what());
    return 1;
  }
}
