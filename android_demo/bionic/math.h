/* See string.h. */
#ifndef DBD_BIONIC_MATH_H
#define DBD_BIONIC_MATH_H

#define NAN __builtin_nanf("")
#define isnan(number) __builtin_isnan(number)
#define isfinite(number) __builtin_isfinite(number)

double ceil(double number);
double exp(double number);
double fabs(double number);
double floor(double number);
double hypot(double one, double other);
long lrint(double number);
double pow(double base, double exponent);
double rint(double number);
float rintf(float number);
double sqrt(double number);

#endif
