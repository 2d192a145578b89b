// The one translation unit of Boost.JSON.
#include <boost/json/src.hpp>
