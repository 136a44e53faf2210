// A clock that only goes on.
#pragma once

namespace heddle {

// Seconds since some moment.
double steady_seconds();

}  // namespace heddle
