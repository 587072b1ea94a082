// Memory that was needed for a while only goes back to the system.
#pragma once

namespace brokergate::webhook::cluster {

// What the calling thread has freed, and the allocator has kept for the next time, is given back; a thread's free
// memory is its own. Takes a millisecond or so, and nothing with an allocator that has no word for it.
void give_back_memory();

}  // namespace brokergate::webhook::cluster
