/* compatrun doctor: what this host offers, which mechanism is chosen, and why. */
#ifndef LOADER_DOCTOR_H
#define LOADER_DOCTOR_H

/* Writes it to standard output; the exit status: 0, or 1 when some kind of program cannot be run. */
int doctor(void);

#endif
