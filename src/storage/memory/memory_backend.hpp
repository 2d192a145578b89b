// The engine `memory`: a multi-version ordered map in this process, for tests and nodes that keep
// nothing. Lost at close.
#pragma once

#include "storage/backend.hpp"

#include <memory>

namespace noded::storage {

std::unique_ptr<Backend> make_memory_backend();

}  // namespace noded::storage
